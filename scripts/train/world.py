"""Given and family names in Latin letters where faker has only native script or few names. Written for this project."""


def _two(given, family):
    return [g.replace("_", " ") for g in given.split()], [f.replace("_", " ") for f in family.split()]


WORLD = {
    "arabic": _two(
        """Ahmed Mohamed Muhammad Mahmoud Mustafa Omar Ali Hassan Hussein Khaled Khalid Ibrahim Ismail Yousef Youssef Yusuf Tariq Tarek Bilal
        Hamza Karim Kareem Nasser Faisal Fahad Abdullah Abdulrahman Abdulaziz Salman Saad Saleh Samir Sami Walid Waleed Ziad Ziyad Rami Ramzi
        Amr Anas Ayman Basel Fadi Ghassan Hisham Imad Jamal Jamil Majid Marwan Mazen Munir Nabil Nizar Osama Qasim Rashid Riyadh Sultan Tamer
        Wael Yasser Zaid Fatima Fatimah Aisha Khadija Maryam Zainab Zeinab Layla Leila Noor Nour Amina Huda Hanan Iman Rania Rana Reem Rasha
        Salma Samira Sara Shaima Souad Suha Tahani Wafaa Yasmin Zahra Dalia Dina Farah Ghada Hala Heba Hiba Lina Lubna Maha Manal Mona Nada
        Nadia Najwa Nawal Rabab Rima Ruqayya Sahar Asmaa Basma Bushra Dua Inas Jihan""",
        """Al-Masri Al-Sayed Al-Hassan Al-Harbi Al-Ghamdi Al-Otaibi Al-Qahtani Al-Zahrani Al-Shammari Al-Dosari al-Amin al-Rashid Al_Najjar
        Al_Jaber Al_Khatib El-Sayed El-Masry El_Sherif Elsayed Alhassan Alkhatib Abu_Bakr Abu_Hamad Abdallah Abdel-Rahman Abdelaziz Abbas Awad
        Aziz Badawi Bakri Barakat Darwish Daoud Fadel Farouk Fawzi Ghanem Habib Haddad Hakim Hamdan Hamed Hariri Hashem Hijazi Husseini
        Ibrahim Issa Jabbar Jabr Kanaan Kassem Khalil Khoury Mansour Masoud Mikhail Mourad Mubarak Nader Naguib Nasr Nassar Nour Omari Osman
        Qureshi Rahman Ramadan Rashad Saad Sabbagh Sadiq Said Salem Salameh Samara Sharif Shehata Suleiman Taha Tawfiq Wahba Yassin Zaki Zayed
        bin_Saleh bin_Abdulaziz ibn_Rashid Bensalem Benali Bouzid Boudiaf Cherif Belhadj Mansouri Haddadi""",
    ),
    "persian": _two(
        """Ali Reza Amir Hossein Mehdi Mohammad Saeed Hamid Farhad Kaveh Dariush Cyrus Siavash Arash Babak Behnam Behrouz Bijan Ehsan Farid
        Farshad Hooman Iraj Jamshid Kamran Kian Kourosh Mahyar Majid Mansour Masoud Mazyar Mehrdad Milad Mohsen Morteza Navid Nima Omid
        Parviz Payam Pedram Peyman Pouya Ramin Rostam Sasan Shahin Shahram Sina Sohrab Soroush Touraj Vahid Yashar Parisa Shirin Leila
        Maryam Zahra Fatemeh Nasrin Mahsa Mina Mitra Nazanin Negar Niloufar Parvaneh Roya Sahar Sanaz Sara Sepideh Setareh Shadi Shahla
        Shima Soraya Taraneh Yasaman Yeganeh Zohreh Azadeh Anahita Arezoo Atefeh Bahar Banafsheh Donya Elham Elnaz Faranak Farzaneh Golnaz
        Haleh Jaleh Kimia Laleh Ladan Mahnaz Manijeh Marjan Mojgan Nahid Nooshin Pegah Simin""",
        """Ahmadi Hosseini Mohammadi Karimi Rezaei Rahimi Moradi Jafari Hashemi Mousavi Sadeghi Ebrahimi Akbari Asadi Azizi Bagheri Bahrami
        Daneshvar Davoudi Eskandari Esfahani Farahani Fallahi Ghaffari Ghasemi Ghorbani Golestani Habibi Haghighi Hamidi Heidari Jalali
        Jamshidi Kazemi Kermani Khalili Khorasani Khosravi Kiani Mahdavi Maleki Mansouri Mirzaei Mokri Mortazavi Naderi Najafi Nazari Nejad
        Nikzad Norouzi Nouri Omidvar Parsa Pahlavan Rafiei Rajabi Rashidi Rostami Sabeti Safavi Salehi Samadi Sarraf Shafiei Shahbazi Shams
        Shirazi Soleimani Tabrizi Tehrani Taheri Tavakoli Vakili Vaziri Yazdani Yousefi Zamani Zandi Zare Zarrabi Mohammad_Zadeh Hosseinpour
        Aminpour Alizadeh Hassanzadeh Mehrabi Sohrabi Mirhosseini Behzadi Amini Ashrafi Farrokhzad""",
    ),
    "korean": _two(
        """Min-jun Ji-hoon Seo-yeon Ha-eun Ji-woo Hyun-woo Sung-min Young-ho Jae-hyun Dong-hyun Sang-woo Kyung-soo Jin-woo Tae-hyung Soo-jin
        Mi-kyung Eun-ji Hye-jin Yoon-ah Ji-eun Min-seo Ye-jin So-young Hyo-jin Young-ja Soon-ja Kyung-hee Myung-hee Jung-sook Sun-hee Minjun
        Jihoon Seoyeon Haeun Jiwoo Hyunwoo Sungmin Youngho Jaehyun Donghyun Sangwoo Kyungsoo Jinwoo Taehyung Soojin Mikyung Eunji Hyejin Yuna
        Jieun Minseo Yejin Soyoung Hyojin Joon Seung Hoon Woo-jin Byung-chul Chang-min Dae-jung Gi-tae Ho-seok In-ho Jong-su Ki-hyun Kwang-soo
        Nam-joon Sang-hoon Seok-jin Seung-hee Won-bin Yong-jin Yu-ri Bo-ra Da-hye Eun-kyung Ga-young Hee-sun In-young Jin-ah Kyu-ri Na-rae
        Ok-ja Sook-hee Yeon-hee Chul-soo Hae-won Young-mi""",
        """Kim Lee Park Choi Jung Jeong Kang Cho Yoon Jang Chang Lim Im Han Oh Seo Shin Kwon Hwang Ahn Song Ryu Yoo Hong Jeon Ko Goh Moon Yang
        Son Bae Baek Paik Heo Hur Nam Sim Noh Roh Ha Kwak Sung Cha Joo Woo Koo Min Jin Na Ji Eom Um Chae Won Cheon Bang Kong Hyun Ham Byun Yeom
        Yeo Chu Do So Seok Seol Sun Ma Gil Yeon Wi Pyo Myung Ki Ban Ra Wang Geum Ok Yook In Maeng Je Mo Tak Kook Eun Pyun Yong Rhee Pak Chung
        Kwak Namgoong Hwangbo Seonwoo Dokgo""",
    ),
    "japanese": _two(
        """Akira Daichi Daisuke Eiji Fumio Goro Hajime Haruki Hideo Hiroki Hiroshi Ichiro Isamu Jiro Jun Kaito Katsuo Kazuki Kazuo Keiji Ken
        Kenichi Kenji Kenta Koji Kota Makoto Manabu Masao Masaru Minoru Naoki Noboru Osamu Ren Riku Ryo Ryota Saburo Satoru Satoshi Seiji
        Shigeru Shin Shinji Sho Shota Susumu Tadashi Takashi Takeshi Takumi Taro Tetsuya Toru Toshio Tsutomu Yasuo Yoshio Yuki Yuta Aiko
        Akemi Asuka Ayaka Ayumi Chie Chiyo Emi Etsuko Fumiko Hana Haruka Hiroko Hitomi Kaori Kazuko Keiko Kiyoko Kumiko Mai Mariko Masako
        Mayumi Megumi Michiko Midori Misaki Miyuki Momoko Nanami Naoko Natsuki Noriko Reiko Rin Sachiko Sakura Sayuri Setsuko Tomoko Yoko
        Yoshiko Yui Yukiko Yumi""",
        """Sato Suzuki Takahashi Tanaka Watanabe Ito Yamamoto Nakamura Kobayashi Kato Yoshida Yamada Sasaki Yamaguchi Matsumoto Inoue Kimura
        Hayashi Shimizu Yamazaki Mori Abe Ikeda Hashimoto Yamashita Ishikawa Nakajima Maeda Fujita Ogawa Goto Okada Hasegawa Murakami Kondo
        Ishii Saito Sakamoto Endo Aoki Fujii Nishimura Fukuda Ota Miura Fujiwara Okamoto Matsuda Nakagawa Nakano Harada Ono Tamura Takeuchi
        Kaneko Wada Nakayama Ishida Ueda Morita Hara Shibata Sakai Kudo Yokoyama Miyazaki Miyamoto Uchida Takagi Ando Taniguchi Ohno Maruyama
        Imai Takada Fujimoto Takeda Murata Ueno Sugiyama Masuda Sugawara Hirano Kojima Otsuka Chiba Kubo Matsui Iwasaki Sakurai Kinoshita
        Noguchi Matsuo Nomura Kikuchi Sano Onishi Sugimoto Arai""",
    ),
    "vietnamese": _two(
        """Anh An Bao Binh Cuong Chau Chi Dao Dat Diep Dinh Dong Duc Dung Duy Giang Ha Hai Hanh Hao Hien Hieu Hoa Hoang Hong Hung Huong Huy
        Khanh Khoa Kien Kim Lan Lien Linh Loan Loc Long Mai Minh My Nam Nga Ngan Ngoc Nhan Nhi Nhu Phong Phuc Phuong Quan Quang Quoc Quyen
        Quynh Son Tam Tan Thai Thanh Thao Thi Thien Thinh Thu Thuan Thuy Tien Toan Trang Tri Trinh Trung Truc Tu Tuan Tung Tuyet Uyen Van Vi
        Viet Vinh Vu Xuan Yen Thị_Mai Văn_Hùng Ngọc_Anh Minh_Tuấn Thanh_Hà Quốc_Bảo Hoàng_Long Phương_Thảo Đức Hương""",
        """Nguyen Tran Le Pham Hoang Huynh Phan Vu Vo Dang Bui Do Ho Ngo Duong Ly Dinh Truong Luong Trinh Mai Dao Doan Vuong Lam Tong Ta
        Quach Chau Thai La Cao Luu Thach Kieu Ha Van Phung Nghiem Nguyễn Trần Lê Phạm Hoàng Huỳnh Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý Giang Quan
        Tang Tieu Ton Ton_That Tu Ung Vien Vinh Bach Banh Cam Chu Cu Diep Du Ninh Khuu Khong Khuc Lai Lac Mac Ma Nhan Ong Tien To Tu_Van Trieu
        Tri Tuong Au Dam Dau Giap Han Hua Kha Than Thieu Vi""",
    ),
    "chinese": _two(
        """Wei Fang Na Xiuying Min Jing Li Qiang Lei Jun Yang Yong Yan Jie Juan Tao Ming Chao Xiulan Xia Ping Gang Guiying Jianguo Jianhua
        Zhiqiang Xiaoming Xiaoyan Xiaoling Haiyan Yuxin Zihan Yichen Haoran Ruoxi Meiling Meihua Lihua Guohua Guoqiang Weiming Wenjie Wenbo
        Xinyi Xinyu Yutong Yuhan Zixuan Ziyi Jiahao Jiayi Junjie Junhao Mingyu Mingze Shuang Shan Tingting Lili Ying Yu Yue Zhen Zhi Bo Bin
        Cheng Chun Dan Dong Fei Feng Gui Hao Hong Hua Hui Jia Jian Jin Kai Kun Lan Lin Ling Long Mei Ning Peng Qi Qing Rong Rui Shu Ting Wen
        Xiang Xin Xue Yi Yun Zhong Chi-ming Wai-man Ka-yan Mei-ling Siu-fong Kwok-wai Hsiao-ling Chun-hao""",
        """Wang Li Zhang Liu Chen Yang Huang Zhao Wu Zhou Xu Sun Ma Zhu Hu Guo He Lin Gao Luo Zheng Liang Xie Song Tang Han Feng Deng Cao Peng
        Zeng Xiao Tian Dong Pan Yuan Cai Jiang Yu Du Ye Cheng Wei Su Lu Ding Ren Shen Yao Lv Jin Cui Zhong Tan Fan Shi Liao Jia Xia Fu Fang
        Zou Xiong Bai Meng Qin Qiu Hou Jiang Yin Xue Yan Duan Lei Long Tao Hao Kong Mao Chang Wan Gu Lai Kang Wong Chan Cheung Leung Ng Lau Ho
        Kwok Tse Chow Yeung Hui Tsang Yip Tsui Hsu Hsieh Tsai Chiu Ouyang Szeto Au-Yeung Lui Kwan Fong Tam Mak Poon Siu Yuen Chiang Chou""",
    ),
    "filipino": _two(
        """Jose Juan Maria Marites Marilou Rowena Jerome Jericho Rodel Rommel Ronaldo Rolando Reynaldo Renato Ramil Ruel Romeo Rizal Rodrigo
        Danilo Dindo Edgardo Efren Emmanuel Erlinda Ernesto Estrella Evangeline Felicidad Florante Gerardo Gloria Imelda Isagani Jejomar
        Jocelyn Joel Joselito Jovelyn Jun-jun Leonora Ligaya Liezl Lorna Lourdes Luzviminda Mabini Manny Maricel Maricar Marivic Mary_Grace
        Mary_Jane Maria_Theresa Mayumi Melchor Mercedita Nenita Nestor Nimfa Noel Norma Oscar Pacita Perla Precious Princess Rochelle Rosalinda
        Rosario Roselyn Rufino Sheryl Shiela Teresita Tessie Vicente Virgilio Wilfredo Zenaida Angelica Bayani Benigno Benjie Bong Carmelita
        Cherry_Ann Corazon Cristina Crisanto Dalisay Arnel Analyn Amado Alma""",
        """Reyes Santos Cruz Bautista Ocampo Garcia Mendoza Torres Tomas Andrada Castillo Flores Villanueva Ramos Castro Rivera Aquino Navarro
        Salazar Mercado De_la_Cruz Dela_Cruz De_Leon De_Guzman Del_Rosario Delos_Santos De_los_Reyes Macaraeg Macapagal Dimaculangan Panganiban
        Catacutan Dimagiba Magsaysay Lacson Lapid Magbanua Manalo Mangubat Pangilinan Quiambao Sumulong Tolentino Tuazon Ylagan Abad Abella
        Agbayani Aguinaldo Alcaraz Almonte Baluyot Batungbakal Bayani Buenaventura Cabrera Calalang Capistrano Carandang Cojuangco Cordero
        Custodio Dizon Domingo Enriquez Escudero Estrada Evangelista Fajardo Galang Gatchalian Guevarra Hidalgo Ignacio Jacinto Javier Laurel
        Legaspi Liwanag Lumibao Lualhati Malonzo Mapua Marasigan Nepomuceno Pacquiao Paguio Sarmiento Soriano Sy Tan Uy Velasco Yap Zamora""",
    ),
    "hmong": _two(
        """Mai Pa Xee Kao Ka Bao Chue Chee Choua Chong Cheng Dang Der Dia Doua Fong Fue Gao Ge Houa Ia Jer Joua Kaying Koua Ker Kia Kong Leng
        Lia Lor Long Mao Meng Moua Mee Neng Nou Nhia Nplooj Ntxawg Nhue Pachia Pahoua Pang Pao Paj Phia Phoua Soua Sai Shoua Sia Tou Touger
        Tong Toua Tria Va Vang Wa Wang Xai Xeng Xia Xou Xue Ying Yeng Yer Youa Yia Yee Za Zoua Zong Blia Bee Chia Chao Lee Mayhoua Maichou
        Pakou Panyia Gaoly Gaonou Kabzuag Tswb Txawj Xiong-Pao Nengmoua""",
        """Vang Xiong Yang Lee Thao Moua Vue Her Lor Lo Cha Chang Hang Kong Kue Khang Pha Xyooj Vaj Lauj Yaj Hawj Thoj Tsab Muas Faj Fang Cheng
        Tong Chue Kha Ly Vu Mua Song Thor Yia_Yang Lis Ham Phang Chao""",
    ),
    "somali": _two(
        """Abdi Abdullahi Abdirahman Abdirashid Abdiweli Abdulkadir Abshir Aden Ahmed Ali Bashir Bile Burhan Cabdi Daahir Daud Deeqa Dahir
        Farah Farhan Guled Hassan Hussein Ibrahim Idris Ilyas Ismail Jama Jibril Khalif Liban Mahad Mahamed Mohamud Mohamed Muse Mukhtar Nur
        Omar Osman Roble Said Salad Samatar Sharmarke Siad Warsame Yasin Yusuf Zakaria Amina Anab Asha Ayaan Ayan Caasha Deqa Ebyan Faduma
        Fadumo Farhiya Fowsia Habiba Halima Hamdi Hawa Hibo Hodan Idil Ifrah Ilhan Istahil Khadra Ladan Leyla Maryan Muna Nasra Nimco Qamar
        Rahma Rukia Sahra Saida Safiya Shukri Sucdi Ubah Warda Xaawo Yasmiin Zamzam Zeynab""",
        """Abdi Abdullahi Abdirahman Aden Adan Afrah Ahmed Ali Arale Artan Barre Bihi Botan Dahir Dirie Duale Egal Elmi Farah Farole Gedi Geele
        Gelle Guled Haji Hashi Hassan Hersi Hirsi Hussein Ibrahim Isse Ismail Jama Jimale Kahin Khaire Koshin Liban Mahamud Mohamed Mohamud
        Muse Nur Odowa Omar Osman Qasim Rage Roble Said Salad Samatar Shire Siyad Sheikh Ugas Waberi Warsame Warfa Yusuf Abukar Mire Nageye
        Olad Gutale Dhere Shirwa Awale Cawaale Xasan Maxamed Maxamuud Tahlil Hared Garad""",
    ),
    "ethiopian": _two(
        """Abebe Abel Abraham Alemayehu Amanuel Ashenafi Assefa Bekele Berhanu Biniam Biruk Dawit Dereje Desta Elias Endale Ermias Eyob Fasil
        Fikru Gebre Getachew Girma Habtamu Haile Kebede Kidane Kifle Lemma Mekonnen Melaku Mengistu Mesfin Mulugeta Natnael Robel Samson
        Selassie Semere Shiferaw Solomon Tadesse Tamrat Tekle Temesgen Tesfaye Teshome Tewodros Wolde Worku Yared Yohannes Yonas Zerihun
        Abeba Aberash Alem Almaz Aster Azeb Bethlehem Birtukan Eden Eleni Etenesh Feven Frehiwot Genet Hanna Hirut Kidist Konjit Lemlem
        Liya Lulit Mahlet Makeda Marta Meaza Meron Meskerem Mihret Mulu Rahel Saba Sara Selam Senait Seble Tsehay Tigist Tirunesh Wubit Yordanos
        Zewditu Zenebech Helen Hiwot""",
        """Abebe Abera Admasu Alemu Araya Asfaw Assefa Ayele Bekele Belay Berhe Beyene Birhanu Bogale Chala Dagne Debebe Demissie Desta Eshetu
        Fekadu Feleke Gebremariam Gebremedhin Gebreselassie Gebreyesus Getahun Gidey Girma Gizaw Habte Hagos Haile Hailemariam Hailu Kassa
        Kebede Kidane Kifle Lemma Mamo Medhin Mekonnen Melesse Mengesha Mengistu Mulatu Negash Negussie Regassa Seifu Shiferaw Sisay Tadesse
        Tafesse Taye Tefera Teklu Tesfaye Tesfamariam Teshome Tessema Tilahun Tsegaye Wolde Woldemariam Woldu Workneh Worku Yilma Yimer Zeleke
        Zewde Ghebremeskel Okbay Ogbazghi Weldegebriel Tewolde""",
    ),
    "pacific": _two(
        """Kai Keanu Kekoa Kalani Kaleo Kamaka Kamalei Kanoa Kapono Keola Kimo Koa Lono Makana Mano Nainoa Pono Ikaika Kawika Keoni Makoa
        Leilani Noelani Nalani Malia Mahina Kalea Kailani Kehaulani Keala Lani Lokelani Mele Moana Nani Pualani Pua Ululani Ku'uipo Ka'iulani
        Kealoha Puanani Iolana Ailani Anela Hoku Sione Tavita Ioane Iosefa Pita Semisi Sefa Tui Fetu Filipo Lafaele Malakai Manu Pio Samuelu
        Tana Tasi Toa Viliami Vaea Mosese Sefina Sina Tala Teuila Losa Lupe Mele Ana Fetuao Fa'aola Moana Masina Penina Salote Seini Tiana
        Alofa Leila Litia Vika Silina Tausaga Mataio""",
        """Kealoha Kahale Kahananui Kaho'okele Kaiwi Kalama Kalani Kalua Kamaka Kamakawiwo'ole Kanahele Kane Kapule Kauhane Kaupu Kawai Keawe
        Kekauoha Kekahuna Kekona Keliikoa Keli'i Lono Mahoe Mahi Makua Naone Nakamoto-Kealoha Nohea Nāone Paoa Palakiko Pukui Pu'u Akana
        Akaka Aiona Ho'opai Hookano Kaleikini Faleomavaega Fa'alogo Faumuina Fonoti Galuvao Ioane Iosefo Lauina Leavasa Leota Lutui Malae Masoe
        Mata'afa Matagi Moala Pauga Pele Polamalu Pouono Sapolu Seumalo Siaosi So'oto Suaava Ta'ase Tago Talosaga Tamasese Taufa Tausaga Tuiasosopo
        Tuilagi Tuimavave Tupua Tuitama Vainuku Vaipulu Finau Fifita Havili Kioa Latu Mahe Moli Taumalolo Tonga Tuipulotu Vea Vunipola""",
    ),
    "haitian": _two(
        """Jean-Baptiste Jean-Claude Jean-Robert Jean-Pierre Wilner Wilfrid Dieudonné Dieuseul Dieula Frantz Fritz Fritzner Jacquelin Kervens
        Lesly Louicius Luckner Mackenson Marcelin Michelet Nesly Odilon Patrice Pierre-Louis Reginald Ricot Roody Ronel Serge Stanley
        Sylvestre Toussaint Wisler Wesner Yves Yvon Widlin Woodly Evens Emmanuel Edner Duckens Donald Claudy Bernadin Berthony Guerda Guerline
        Gerda Ghislaine Islande Jésula Joanne Judeline Ketsia Ketly Lovelie Lourdes Loudie Magalie Manouchka Marie-Ange Marie-Lourdes
        Marie-Thérèse Mirlande Mirlène Mimose Myrlande Nadège Natacha Nathalie Rose-Marie Rose-Laure Roseline Rosemène Ruth Sherline Solange
        Sophonie Tamara Venise Widelene Yanick Yolette Yvrose Fabiola Elvire Emeline Darline Daphnée Carline""",
        """Jean Pierre Joseph Louis Charles François Saint-Louis St._Fleur Saint-Fleur Jean-Baptiste Jean-Louis Jean-Pierre Pierre-Louis
        Jean-François Étienne Augustin Alexis Antoine Altidor Bazile Beauvoir Belizaire Bellegarde Bien-Aimé Cadet Célestin Charlemagne Chéry
        Cius Clervil Clerveau Compère Delva Désir Desrosiers Destin Dorcély Dorsainvil Dort Duvalier Élysée Exantus Exumé Fénelon Fleurant
        Fleurimond Gédéon Guerrier Hyppolite Innocent Jeudy Joachim Joazard Jolicoeur Lafontant Laguerre Lamour Laurent Lespérance Louissaint
        Mathieu Maxime Médard Mérisier Métayer Michel Mondésir Narcisse Noël Orélus Osias Paul Petit-Frère Philippe Philogène Préval Prophète
        Racine Raymond Régis Romain Romulus Sanon Senat Simeus Sylvain Théodore Thélusma Toussaint Valcin Valcourt Vilsaint Vital Volcy""",
    ),
    "african": _two(
        """Kwame Kofi Kwabena Kojo Kwaku Yaw Kwasi Ama Abena Akosua Adwoa Yaa Afia Akua Efua Esi Chukwuemeka Chinedu Chioma Chidinma Ngozi Nneka
        Ifeoma Obinna Emeka Ikenna Uche Uchenna Kelechi Nnamdi Obioma Adaeze Amaka Olumide Oluwaseun Oluwaseyi Babatunde Folasade Funmilayo
        Temitope Titilayo Abimbola Adebayo Adewale Ayodele Bukola Damilola Kehinde Taiwo Yetunde Segun Tunde Aliyu Aminu Sani Danjuma Wanjiku
        Wambui Njeri Wairimu Kamau Njoroge Mwangi Kipchoge Kiprono Cheptoo Jepkosgei Otieno Achieng Akinyi Atieno Omondi Ochieng Juma Baraka
        Amani Neema Zawadi Furaha Mamadou Moussa Ousmane Aminata Fatoumata Mariama Ibrahima Cheikh Awa Ndeye Boubacar Tendai Tatenda Farai
        Rutendo Chipo Thabo Sipho Nomvula Zanele Mutombo Kabila Ilunga Mbuyi Ntumba Uwimana Mugisha Habimana Nkurunziza Tesfa Deng Garang Nyandeng Achol""",
        """Mensah Owusu Boateng Asante Osei Agyeman Appiah Amoah Addo Ofori Nkrumah Ampofo Danquah Quaye Tetteh Lamptey Okafor Okonkwo Okeke
        Nwosu Eze Nwachukwu Chukwu Obi Onyekachi Onwudiwe Igwe Anyanwu Uzoma Nnadi Adeyemi Adebayo Adeleke Afolabi Akinola Akintola Balogun
        Ogunleye Ogunbanjo Olaniyan Oyelaran Oyelowo Soyinka Adesina Bello Yakubu Musa Danladi Kamau Mwangi Njoroge Kariuki Kimani Wanjala
        Wafula Otieno Odhiambo Onyango Ochieng Omondi Kiplagat Kipkemboi Cheruiyot Rotich Korir Mutua Musyoka Muthoni Diallo Diop Ndiaye Fall
        Sow Ba Barry Bah Traoré Coulibaly Keita Konaté Touré Camara Cissé Sesay Kamara Koroma Bangura Kabila Tshibangu Mukendi Kabongo Ilunga
        Mbeki Dlamini Nkosi Ndlovu Moyo Sibanda Ncube Banda Phiri Mwale Tembo Zulu Mugabo Niyonzima Ndayisaba Hakizimana Lual Deng Akol Mayom""",
    ),
    "slavic": _two(
        """Aleksandr Alexei Anatoly Andrey Arkady Boris Denis Dmitri Dmitry Evgeny Fyodor Gennady Grigory Igor Ilya Ivan Konstantin Leonid Lev
        Maksim Mikhail Nikolai Oleg Pavel Pyotr Roman Ruslan Sergei Sergey Stanislav Stepan Timur Vadim Valery Vasily Viktor Vitaly Vladimir
        Vladislav Vyacheslav Yevgeny Yuri Zakhar Alla Anastasia Anna Antonina Daria Ekaterina Elena Galina Inna Irina Kira Ksenia Larisa
        Lyubov Lyudmila Marina Nadezhda Natalia Nina Oksana Olga Polina Raisa Svetlana Tamara Tatiana Valentina Vera Yelena Yulia Zinaida
        Zoya Andriy Bohdan Danylo Mykola Mykhailo Oleksandr Oleksiy Ostap Petro Serhiy Taras Volodymyr Yaroslav Halyna Iryna Kateryna Lesya
        Nataliya Olena Solomiya Yuliya""",
        """Ivanov Ivanova Smirnov Smirnova Kuznetsov Popov Popova Vasiliev Petrov Petrova Sokolov Sokolova Mikhailov Novikov Fedorov Morozov
        Volkov Volkova Alekseev Lebedev Semenov Egorov Pavlov Kozlov Kozlova Stepanov Nikolaev Orlov Orlova Andreev Makarov Nikitin Zakharov
        Zaitsev Solovyov Borisov Yakovlev Grigoriev Romanov Vorobyov Sergeev Kuzmin Frolov Aleksandrov Dmitriev Korolev Gusev Kiselev Ilyin
        Maksimov Polyakov Sorokin Vinogradov Kovalev Belov Medvedev Antonov Tarasov Zhukov Baranov Filippov Shevchenko Kovalenko Bondarenko
        Boyko Kovalchuk Kravchenko Tkachenko Oliynyk Lysenko Moroz Marchenko Rudenko Savchenko Petrenko Klymenko Pavlenko Hrytsenko Melnyk
        Shcherbak Zelenskyy Kuchma Yushchenko Dovzhenko Chornovil Franko Hryhorenko Rabinovich Abramovich Feldman Shapiro Reznik Kogan""",
    ),
    "armenian": _two(
        """Aram Arman Armen Arsen Artur Ashot Avetis Davit Edgar Gagik Garegin Garo Gevorg Grigor Hagop Hakob Harout Harutyun Hayk Hovhannes
        Hovsep Hrant Karen Karapet Krikor Levon Mher Mihran Mkrtich Narek Nareg Nshan Raffi Ruben Sahak Samvel Sarkis Serop Sevak Suren Tigran
        Tovmas Vahan Vahe Vardan Vartan Vazgen Vigen Yervand Zaven Ani Anahit Ani Araxie Arpi Arpine Astghik Gayane Gohar Hasmik Hripsime
        Kohar Lilit Lusine Mane Maral Marine Mariam Nare Nazeli Nune Ovsanna Rima Satenik Shushan Siranush Sirvard Sona Taline Tatevik Vartouhi
        Varsik Yeranuhi Zabel Zaruhi Zepure""",
        """Abrahamyan Avetisyan Arakelian Aslanian Avakian Baghdasaryan Balayan Bedrosian Boyajian Darbinyan Davtyan Demirjian Der_Bedrosian
        Der-Kevorkian Gabrielyan Galstyan Garabedian Gasparyan Gevorgyan Ghazarian Grigoryan Gulbenkian Hagopian Hakobyan Hambardzumyan
        Harutyunyan Hovannisian Hovhannisyan Hovsepian Israyelyan Janikian Kaloustian Karapetyan Kardashian Kasparian Kazanjian Keshishian
        Kevorkian Khachatryan Kirakosyan Krikorian Kurkjian Manoukian Manukyan Mardirosian Margaryan Markarian Martirosyan Melikyan Melkonian
        Minassian Mkrtchyan Mnatsakanyan Mouradian Nalbandian Nazarian Nersisyan Ohanian Ohanyan Panosian Papazian Petrosyan Poghosyan
        Sahakyan Sargsyan Sarkisian Shahinian Simonyan Stepanyan Tatevosyan Ter-Petrosyan Topalian Torosyan Vardanyan Vartanian Voskanyan
        Yeghiazaryan Yeritsyan Zakaryan Zohrabian""",
    ),
}

INDIAN_SOUTH = """Venkataraman Subramanian Krishnamurthy Ramachandran Balasubramaniam Iyer Iyengar Nair Menon Pillai Kurian Chacko Thomas Varghese
Reddy Rao Naidu Chowdary Raju Gowda Hegde Shetty Kamath Bhat Murthy Swaminathan Natarajan Sundaram Raghavan Narayanan Padmanabhan Singh Kaur
Gill Sidhu Dhillon Grewal Sandhu Bajwa Chatterjee Mukherjee Banerjee Bhattacharya Ghosh Das Sengupta Patel Shah Desai Mehta Joshi Kulkarni
Deshpande Patil Gandhi Trivedi Pandya Parekh Hussain Khan Siddiqui Ansari Sheikh Begum Chaudhry Malik Rana Bhatti Awan Rahman Islam Chowdhury""".split()

NICKNAMES = """Bob Bobby Bill Billy Dick Rick Ricky Mike Mikey Jim Jimmy Joe Joey Tom Tommy Dan Danny Dave Ed Eddie Ted Teddy Chuck Hank Jack
Johnny Ken Kenny Larry Matt Nate Nick Pete Phil Ray Rob Ron Ronnie Sam Steve Stevie Tony Vic Walt Will Willie Liz Lizzie Beth Betsy Betty Peggy
Peg Meg Maggie Kate Katie Kathy Kat Sue Susie Suzy Debbie Deb Barb Bev Cindy Connie Dottie Dot Fran Frannie Ginny Jackie Jen Jenny Jess Josie
Judy Lettie Lori Mandy Marge Mindy Mitzi Mo Nan Nell Nora Pam Pat Patty Penny Polly Rosie Sally Sandy Steph Tammy Terri Tina Trish Trudy Vicky
Winnie Chico Pepe Paco Nacho Lupita Lupe Chuy Memo Beto Nando Toño Tito Mimi Lulu Bubba Junior Skip Buddy Buzz Red Shorty Tex Ace Bo DJ AJ TJ JR
Cece Coco Gigi Mimi Nana Pip Sasha Misha Kolya Vanya Alyosha Zhenya Mitya Lyosha""".split()

PARTICLES = [
    "van der",
    "van den",
    "van",
    "von",
    "de",
    "de la",
    "del",
    "de los",
    "da",
    "dos",
    "di",
    "della",
    "le",
    "la",
    "bin",
    "ibn",
    "al",
    "ter",
    "ten",
    "St.",
    "el",
]
